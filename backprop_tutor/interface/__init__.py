"""The library as Python and notebooks meet it: functions of plain names, results that show themselves."""

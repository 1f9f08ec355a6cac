#!/usr/bin/env bash
# moodle-xml-parser 0.3.1: every pair of braces in the text of a Cloze question is read as a gap.
#
# Moodle's gaps have the form {WEIGHT:TYPE:...} (its documentation, "Embedded Answers (Cloze) question type"); other braces are
# text, such as those of TeX. The parser reports the {ij} of \(W_{ij}\) as a gap of type UNKNOWN, beside the real one. It
# raises nothing; whoever counts gaps counts too many. Way around: keep the gaps whose type is known.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet moodle-xml-parser==0.3.1
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

from moodle_xml_parser.parser import parse_string

TEXT = r"Find \(W_{ij}\): {1:NUMERICAL:=0.5:0.01}"
XML = f'<quiz><question type="cloze"><name><text>n</text></name><questiontext format="html"><text>{TEXT}</text></questiontext></question></quiz>'
(question,) = parse_string(XML)["cloze"]
found = [(gap.sub_type, gap.raw_content) for gap in question.gaps]
print("moodle-xml-parser", version("moodle-xml-parser"), "finds", found)
assert found == [("UNKNOWN", "{ij}"), ("NUMERICAL", "{1:NUMERICAL:=0.5:0.01}")], "the behaviour has changed"
PYTHON

"""The quiz and the course as conversations: sessions, turns, words, where the records are."""

"""The exit statuses that mean the same whatever the command; 0 and 1 are for each command to give a meaning."""

UNUSABLE = 2
INTERRUPTED = 130

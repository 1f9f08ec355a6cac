"""The live page: a lesson that is computed again, stepped through and predicted in a browser."""

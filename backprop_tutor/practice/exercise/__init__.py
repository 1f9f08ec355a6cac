"""What quiz, worksheet and diagnosis share: the lines of a solution, random networks, answers as typed."""

"""What happens to calls, who is told, and in which words. The README of `funding` gives the way of a fact."""

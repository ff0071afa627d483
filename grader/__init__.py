"""The grader: proves exercises by properties, draws the smallest failing case, runs student code apart."""

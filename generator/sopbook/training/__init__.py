"""Learning a post: the path of each role, and the progress that trainees hand in."""

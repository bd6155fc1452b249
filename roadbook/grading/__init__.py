"""From a learner's notebook to points and words: intake, student process, gradebook, feedback."""

"""Earlier reports -> surveillance step, stability, what was advised and when it is due."""

"""What is doubtful or wrong in an agreement, in its scoring and in its teams."""

"""A company's mapping: which vendor objects and fields are the lead model's, and the way back."""

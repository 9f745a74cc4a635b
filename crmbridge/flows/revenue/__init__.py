"""The books of credit: what each deal's credit follows from, and its postings."""

"""The rules of domain.md written a second time, slowly, to check the policy against."""

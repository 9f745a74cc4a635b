"""The lead model: plain frozen values, no input or output, no third-party package."""

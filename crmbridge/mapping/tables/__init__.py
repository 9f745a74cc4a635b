"""The shapes of the mapping's tables by what they are about; `schema` puts them together."""

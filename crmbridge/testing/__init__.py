"""What authors of connectors and tests of companies use: emulators and the connector contract."""

"""Set-ups that tests of many folders share: where things lie, companies at work, servers, words."""

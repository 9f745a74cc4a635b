"""`crmbridge report`: what the loop did, in the forms that people and programs want."""

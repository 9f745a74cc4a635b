"""`crmbridge connector`: what there is, what each declares, and how one is tried and proved."""

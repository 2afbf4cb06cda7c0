"""The fields of Subscription, one file a field. Each reads the journal through a consumer."""

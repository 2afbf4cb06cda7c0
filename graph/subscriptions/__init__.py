"""The fields of Subscription, one file a field. All follow the journal through the hub."""

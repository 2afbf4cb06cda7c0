"""HTTP beside GraphQL: attachments, the agent console, health."""

"""What tests share: servers, databases, clients and stand-ins for services, all real processes and sockets."""

package dev.filip.download;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** A name or a connection that leads to an address which is not on the public internet. */
final class RefusedAddress extends UnknownHostException {
  private static final long serialVersionUID = 1L;

  RefusedAddress(String host, InetAddress address) {
    super(host + " is " + address.getHostAddress());
  }
}

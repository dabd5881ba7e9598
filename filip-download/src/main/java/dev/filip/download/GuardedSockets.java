package dev.filip.download;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import javax.net.SocketFactory;

/**
 * Sockets that connect to public addresses only. They look at the very address that the system is
 * then asked to connect to, so neither a literal in a URL nor a name that changes its address
 * between two look-ups (DNS rebinding) leads elsewhere. Thread-safe.
 */
final class GuardedSockets extends SocketFactory {
  @Override
  public Socket createSocket() {
    return new Guarded();
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connected(new InetSocketAddress(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return connected(new InetSocketAddress(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected(new InetSocketAddress(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return connected(new InetSocketAddress(host, port));
  }

  private static Socket connected(InetSocketAddress address) throws IOException {
    Socket socket = new Guarded();
    try {
      socket.connect(address);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static final class Guarded extends Socket {
    @Override
    public void connect(SocketAddress endpoint) throws IOException {
      connect(endpoint, 0);
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
      InetAddress address =
          endpoint instanceof InetSocketAddress internet ? internet.getAddress() : null;
      if (address == null) {
        throw new IOException("no address of the internet: " + endpoint);
      }
      if (!AddressRules.isPublic(address)) {
        throw new RefusedAddress(address.getHostAddress(), address);
      }
      super.connect(endpoint, timeout);
    }
  }
}

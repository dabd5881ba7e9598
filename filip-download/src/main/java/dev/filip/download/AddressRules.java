package dev.filip.download;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * Which addresses are on the public internet, by IANA's registries of special addresses (RFC 6890).
 * Refused are private, shared (carriers' NAT), loopback, link-local (metadata of clouds among
 * them), multicast, documentation, benchmark and reserved ones; of IPv6 all but global unicast, so
 * that mapped, compatible and NAT64 forms of IPv4 are refused, too, and 6to4 and Teredo, whatever
 * IPv4 they hold. Stateless.
 */
final class AddressRules {
  /** IPv4: base and prefix length. */
  private static final int[][] SPECIAL = {
    {0x00000000, 8}, // this network
    {0x0A000000, 8}, // private
    {0x64400000, 10}, // shared, RFC 6598
    {0x7F000000, 8}, // loopback
    {0xA9FE0000, 16}, // link-local
    {0xAC100000, 12}, // private
    {0xC0000000, 24}, // IETF protocols
    {0xC0000200, 24}, // documentation
    {0xC0586300, 24}, // relays of 6to4
    {0xC0A80000, 16}, // private
    {0xC6120000, 15}, // benchmarks
    {0xC6336400, 24}, // documentation
    {0xCB007100, 24}, // documentation
    {0xE0000000, 4}, // multicast
    {0xF0000000, 4} // reserved, broadcast
  };

  private AddressRules() {}

  /** Whether it may be connected to. */
  static boolean isPublic(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet4Address ? isPublic4(word(bytes, 0)) : isPublic6(bytes);
  }

  private static boolean isPublic4(int address) {
    for (int[] block : SPECIAL) {
      if ((address ^ block[0]) >>> 32 - block[1] == 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPublic6(byte[] bytes) {
    int high = word(bytes, 0);
    boolean global = high >>> 29 == 1; // 2000::/3
    boolean protocols = high >>> 9 == 0x20010000 >>> 9; // 2001::/23, Teredo among them
    boolean documentation = high == 0x20010DB8 || high >>> 12 == 0x3FFF0000 >>> 12;
    boolean sixToFour = high >>> 16 == 0x2002;
    return global && !protocols && !documentation && !sixToFour;
  }

  private static int word(byte[] bytes, int at) {
    return bytes[at] << 24
        | (bytes[at + 1] & 0xFF) << 16
        | (bytes[at + 2] & 0xFF) << 8
        | bytes[at + 3] & 0xFF;
  }
}

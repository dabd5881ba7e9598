package dev.filip.download;

import java.net.InetAddress;
import java.util.function.Predicate;

/**
 * The network as it is reached. Immutable.
 *
 * @param resolver names to addresses
 * @param allowed addresses that may be connected to
 * @param setup changes a client before it is used: tests trust their own certificates
 */
record Net(Names.Resolver resolver, Predicate<InetAddress> allowed, Web.Setup setup) {
  /** The system's names; public addresses, or all. */
  static Net standard(boolean allowPrivate) {
    return new Net(
        InetAddress::getAllByName, allowPrivate ? _ -> true : AddressRules::isPublic, _ -> {});
  }
}

package dev.filip.data.store;

import dev.filip.io.BadInput;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a location's text says: paths, {@code file://}, {@code https://}, {@code s3://}. */
final class Locations {
  /** Two letters at least: {@code C:\} is a disk. */
  private static final Pattern SCHEME = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]+)://");

  private static final int LONGEST_NAME = 80;

  private Locations() {}

  /** Lower case; null for a local path, {@code file://} among them. */
  static @Nullable String scheme(String location) {
    Matcher matcher = SCHEME.matcher(location);
    if (!matcher.find()) {
      return null;
    }
    String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
    return scheme.equals("file") ? null : scheme;
  }

  /** A local location's path. */
  static Path path(String location) {
    if (!SCHEME.matcher(location).find()) {
      return Path.of(location);
    }
    try {
      return Path.of(URI.create(location));
    } catch (IllegalArgumentException e) {
      throw BadInput.of("location", location, "file:///PATH with %20 for a space");
    }
  }

  /** For messages: without user, password and the signature in a query. */
  static String shown(String location) {
    String scheme = scheme(location);
    if (scheme == null || scheme.equals("s3")) {
      return location;
    }
    String open = location.replaceFirst("://[^/@?]*@", "://");
    int query = open.indexOf('?');
    return query < 0 ? open : open.substring(0, query) + "?...";
  }

  /** The last name in it, with letters that every file system takes; the extension stays. */
  static String fileName(String location) {
    String path = location;
    if (!"s3".equals(scheme(location))) {
      path = path.replaceFirst("[?#].*$", "");
    }
    String name = path.substring(path.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "_");
    return name.substring(Math.max(0, name.length() - LONGEST_NAME));
  }
}

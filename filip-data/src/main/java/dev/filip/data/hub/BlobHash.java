package dev.filip.data.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The hub's hash of a file, which is its name in the cache: SHA-256 of large files (64 digits),
 * Git's SHA-1 of a blob for small ones (40).
 *
 * @param hex lower case
 */
record BlobHash(String hex) {
  private static final int PIECE = 1 << 18;
  private static final int SHA256_DIGITS = 64;
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

  /** What an ETag says; nothing where it is no hash. */
  static Optional<BlobHash> ofEtag(String etag) {
    String text = etag.strip().replaceFirst("^W/", "").replace("\"", "").toLowerCase(Locale.ROOT);
    return HASH.matcher(text).matches() ? Optional.of(new BlobHash(text)) : Optional.empty();
  }

  /**
   * Whether a file's bytes have it. Read by the channel that is there: opening and closing another
   * would free the process's lock on the file.
   */
  boolean isOf(FileChannel file) throws IOException {
    boolean large = hex.length() == SHA256_DIGITS;
    MessageDigest digest = digest(large ? "SHA-256" : "SHA-1");
    if (!large) {
      digest.update(("blob " + file.size() + "\0").getBytes(StandardCharsets.US_ASCII));
    }
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    file.position(0);
    while (file.read(piece.clear()) >= 0) {
      digest.update(piece.flip());
    }
    return HexFormat.of().formatHex(digest.digest()).equals(hex);
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + name, e);
    }
  }

  /** The hash alone. */
  @Override
  public String toString() {
    return hex;
  }
}

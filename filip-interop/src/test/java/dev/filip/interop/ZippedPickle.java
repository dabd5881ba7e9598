package dev.filip.interop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** The pickle in a file of {@code torch.save}, and such a file around a pickle. */
final class ZippedPickle {
  private ZippedPickle() {}

  static byte[] of(Path file) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (entry.getName().endsWith("/data.pkl")) {
          return zip.getInputStream(entry).readAllBytes();
        }
      }
    }
    throw new IOException(file + " holds no data.pkl");
  }

  /** With storages 0 to 127 of 4,096 bytes. */
  static void write(Path file, byte[] pickle) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      put(zip, "archive/data.pkl", pickle);
      put(zip, "archive/version", "3\n".getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < 128; i++) {
        put(zip, "archive/data/" + i, new byte[4096]);
      }
    }
  }

  private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }
}

package dev.filip.train;

import dev.filip.io.ProtoBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Scalars as a TensorBoard event file ({@code tensorflow.Event} messages in {@link TfRecord}
 * frames). Every write is one append, so a reader sees whole records only.
 */
final class EventFile {
  private final Path file;

  /**
   * Starts a file whose scalars begin after {@code step}: TensorBoard drops later steps of the
   * folder's earlier files, so a resumed run shows no step twice.
   */
  EventFile(Path folder, long step, double wallTime) throws IOException {
    Files.createDirectories(folder);
    file =
        folder.resolve(
            String.format(
                Locale.ROOT, "events.out.tfevents.%010d.filip.%09d", (long) wallTime, step));
    append(event(wallTime, 0).text(3, "brain.Event:2"));
    if (step > 0) {
      byte[] start = new ProtoBytes().varint(1, 1).array(); // SessionLog.status = START
      append(event(wallTime, step + 1).bytes(7, start));
    }
  }

  /** One value a tag, at {@code step}. */
  void scalars(long step, double wallTime, Map<String, Double> values) throws IOException {
    ProtoBytes summary = new ProtoBytes();
    values.forEach((tag, value) ->
        summary.bytes(1, new ProtoBytes().text(1, tag).fixed32(2, value.floatValue()).array()));
    append(event(wallTime, step).bytes(5, summary.array()));
  }

  private static ProtoBytes event(double wallTime, long step) {
    return new ProtoBytes().fixed64(1, wallTime).varint(2, step);
  }

  private void append(ProtoBytes event) throws IOException {
    Files.write(
        file,
        TfRecord.frame(event.array()),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND,
        StandardOpenOption.WRITE);
  }

  Path path() {
    return file;
  }

  /**
   * TensorFlow's record framing, little endian: {@code u64 length | u32 masked crc32c of the length
   * | data | u32 masked crc32c of the data}.
   */
  static final class TfRecord {
    private static final int MASK_DELTA = 0xa282ead8;

    private TfRecord() {}

    static byte[] frame(byte[] data) {
      ByteBuffer out = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
      out.putLong(data.length);
      out.putInt(maskedCrc(out.array(), 0, 8));
      out.put(data);
      out.putInt(maskedCrc(data, 0, data.length));
      return out.array();
    }

    /** CRC-32C turned right by 15 bits plus a constant, so that a CRC of CRCs stays sound. */
    static int maskedCrc(byte[] bytes, int from, int length) {
      CRC32C crc = new CRC32C();
      crc.update(bytes, from, length);
      return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }
  }
}

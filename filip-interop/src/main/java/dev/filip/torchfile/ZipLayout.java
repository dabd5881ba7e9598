package dev.filip.torchfile;

import dev.filip.io.BadInput;
import dev.filip.pickle.BadPickle;
import dev.filip.pickle.PickleInput;
import dev.filip.pickle.PickleMachine;
import dev.filip.torchfile.TorchFile.Content;
import dev.filip.torchfile.TorchFile.Form;
import dev.filip.torchfile.TorchFile.Place;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** PyTorch's zip: {@code NAME/data.pkl}, {@code NAME/data/KEY} a storage, all of it stored. */
final class ZipLayout {
  private static final int MAX_PICKLE = 1 << 26;
  private static final String PICKLE = "/data.pkl";

  private final ZipFile zip;
  private final String folder;
  private final long size;
  private final Map<String, Place> places = new HashMap<>();

  private ZipLayout(ZipFile zip, String folder, long size) {
    this.zip = zip;
    this.folder = folder;
    this.size = size;
  }

  /** Reads the directory and the pickle. */
  static Content read(Path file, MemorySegment bytes) {
    try (ZipFile zip = ZipFile.builder().setPath(file).get()) {
      return new ZipLayout(zip, folder(file, zip), bytes.byteSize()).content();
    } catch (IOException | IllegalArgumentException | ArithmeticException e) {
      throw new BadInput(file + ": no readable zip: " + e.getMessage(), e);
    }
  }

  private static String folder(Path file, ZipFile zip) {
    List<String> found =
        java.util.Collections.list(zip.getEntries()).stream()
            .map(ZipArchiveEntry::getName)
            .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.lastIndexOf('/'))
            .toList();
    if (found.size() != 1) {
      throw new BadInput(
          file + ": a zip with " + found.size() + " files NAME/data.pkl, where torch.save has one");
    }
    return found.getFirst().substring(0, found.getFirst().length() - PICKLE.length());
  }

  private Content content() throws IOException {
    ZipArchiveEntry order = zip.getEntry(folder + "/byteorder");
    if (order != null && !new String(small(order, 16), StandardCharsets.UTF_8).equals("little")) {
      throw new BadPickle("was written on a big-endian machine: not read");
    }
    byte[] pickle = small(entry(folder + PICKLE), MAX_PICKLE);
    PickleInput in = new PickleInput(MemorySegment.ofArray(pickle));
    Object root = PickleMachine.read(in, new KnownGlobals(this::storage));
    boolean script = zip.getEntry(folder + "/constants.pkl") != null;
    return new Content(script ? Form.TORCHSCRIPT : Form.ZIP, root, places);
  }

  private ZipArchiveEntry entry(String name) {
    ZipArchiveEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new BadPickle("needs " + name + ", which is not in the zip");
    }
    return entry;
  }

  private byte[] small(ZipArchiveEntry entry, int limit) throws IOException {
    if (entry.getSize() < 0 || entry.getSize() > limit) {
      throw new BadPickle(
          entry.getName() + " has " + entry.getSize() + " bytes, at most " + limit + " are read");
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return in.readNBytes(limit);
    }
  }

  /** {@code ("storage", type, key, device, count)}. */
  private PickledTensor.Storage storage(PickleMachine.PickleTuple id) {
    PickledTensor.Storage storage = LegacyLayout.storage(id);
    Place place = places.computeIfAbsent(storage.key(), this::place);
    if (storage.count() > place.size() / storage.dtype().bytes()) {
      throw new BadPickle(
          "needs "
              + storage.count()
              + " numbers of "
              + storage.dtype()
              + " in storage "
              + storage.key()
              + " of "
              + place.size()
              + " bytes");
    }
    return storage;
  }

  private Place place(String key) {
    ZipArchiveEntry entry = entry(folder + "/data/" + key);
    if (entry.getMethod() != ZipEntry.STORED) {
      throw new BadPickle("has the compressed storage " + key + ": torch.save stores them plainly");
    }
    long begin = entry.getDataOffset();
    if (begin < 0 || entry.getSize() < 0 || entry.getSize() > size - begin) {
      throw new BadPickle("has a storage " + key + " beyond the end of the file: truncated?");
    }
    return new Place(begin, entry.getSize());
  }
}

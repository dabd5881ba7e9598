package dev.filip.torchfile;

import dev.filip.pickle.BadPickle;
import dev.filip.pickle.PickleInput;
import dev.filip.pickle.PickleMachine;
import dev.filip.torchfile.TorchFile.Content;
import dev.filip.torchfile.TorchFile.Form;
import dev.filip.torchfile.TorchFile.Place;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The form before PyTorch 1.6: pickles of a magic number, a version, the system, the object and the
 * storages' keys; then for each key its count (int64) and its numbers.
 */
final class LegacyLayout {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long VERSION = 1001;

  private final PickleInput in;
  private final Map<String, PickledTensor.Storage> storages = new HashMap<>();

  private LegacyLayout(PickleInput in) {
    this.in = in;
  }

  static Content read(MemorySegment bytes) {
    return new LegacyLayout(new PickleInput(bytes)).content();
  }

  private Content content() {
    Object magic = next();
    Object version = next();
    if (!magic.equals(MAGIC) || !version.equals(VERSION)) {
      throw new BadPickle("does not begin with PyTorch's magic number and version " + VERSION);
    }
    if (next() instanceof Map<?, ?> system && Boolean.FALSE.equals(system.get("little_endian"))) {
      throw new BadPickle("was written on a big-endian machine: not read");
    }
    Object root = next();
    if (!(next() instanceof List<?> keys)) {
      throw new BadPickle("has no list of storages");
    }
    Map<String, Place> places = new HashMap<>();
    for (Object key : keys) {
      place(key, places);
    }
    return new Content(Form.LEGACY, root, places);
  }

  private void place(Object key, Map<String, Place> places) {
    PickledTensor.Storage storage = key instanceof String name ? storages.get(name) : null;
    if (storage == null) {
      throw new BadPickle("lists a storage that no tensor has");
    }
    long count = in.i64();
    if (count != storage.count()) {
      throw new BadPickle(
          "has "
              + count
              + " numbers in storage "
              + storage.key()
              + ", its tensors say "
              + storage.count());
    }
    long size = Math.multiplyExact(count, storage.dtype().bytes());
    places.put(storage.key(), new Place(in.position(), size));
    in.skip(size);
  }

  private Object next() {
    return PickleMachine.read(in, new KnownGlobals(this::known));
  }

  private PickledTensor.Storage known(PickleMachine.PickleTuple id) {
    PickledTensor.Storage storage = storage(id);
    if (id.size() > 5 && id.get(5) != PickleMachine.PickleNone.NONE) {
      throw new BadPickle("has a storage that is a view of another: not read");
    }
    PickledTensor.Storage before = storages.putIfAbsent(storage.key(), storage);
    if (before != null && !before.equals(storage)) {
      throw new BadPickle("tells two stories of storage " + storage.key());
    }
    return storage;
  }

  /** {@code ("storage", type, key, device, count, ...)}. */
  static PickledTensor.Storage storage(PickleMachine.PickleTuple id) {
    if (id.size() < 5 || !"storage".equals(id.get(0)) || !(id.get(2) instanceof String key)) {
      throw new BadPickle("has a persistent id that is no storage");
    }
    long count = id.whole(4, "a storage's size");
    var dtype = KnownGlobals.storage(id.get(1));
    if (count < 0 || count > Long.MAX_VALUE / 16) {
      throw new BadPickle("has a storage of " + count + " numbers");
    }
    return new PickledTensor.Storage(key, dtype, count);
  }
}

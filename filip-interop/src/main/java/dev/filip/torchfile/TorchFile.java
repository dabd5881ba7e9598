package dev.filip.torchfile;

import dev.filip.checkpoint.TorchTypes;
import dev.filip.io.BadInput;
import dev.filip.pickle.BadPickle;
import dev.filip.pickle.PickleBag;
import dev.filip.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A file of {@code torch.save} or {@code torch.jit.save}: what it holds, without executing
 * anything, and its tensors, mapped and copied one at a time. Anything wrong, hostile or unknown is
 * {@link BadInput} in one line. Reading is thread-safe; close it after.
 *
 * <p>Sources: PyTorch's {@code torch/serialization.py} and {@code
 * caffe2/serialize/inline_container} (zip with {@code data.pkl} and one entry a storage), and the
 * form before PyTorch 1.6 (pickles, then raw storages).
 */
public final class TorchFile implements AutoCloseable {
  /** How it was written. */
  public enum Form {
    /** {@code torch.save} since PyTorch 1.6. */
    ZIP,
    /** {@code torch.jit.save}: a module with code, which is not read. */
    TORCHSCRIPT,
    /** {@code torch.save} before PyTorch 1.6. */
    LEGACY
  }

  /** Where the bytes of a storage lie. */
  record Place(long begin, long size) {}

  /** What an opener found. */
  record Content(Form form, Object root, Map<String, Place> places) {}

  private final Path file;
  private final Arena arena;
  private final MemorySegment bytes;
  private final Content content;

  private TorchFile(Path file, Arena arena, MemorySegment bytes, Content content) {
    this.file = file;
    this.arena = arena;
    this.bytes = bytes;
    this.content = content;
  }

  /** Opens and reads the pickle, not the tensors. */
  @SuppressWarnings("MustBeClosedChecker") // the arena is closed with the file
  public static TorchFile open(Path file) {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return new TorchFile(file, arena, bytes, content(file, bytes));
    } catch (BadPickle e) {
      arena.close();
      throw new BadInput(file + ": its pickle " + e.getMessage(), e);
    } catch (NoSuchFileException e) {
      arena.close();
      throw new BadInput(file + ": there is no such file", e);
    } catch (IOException e) {
      arena.close();
      throw new BadInput("cannot read " + file + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static Content content(Path file, MemorySegment bytes) {
    if (begins(bytes, 'P', 'K')) {
      return ZipLayout.read(file, bytes);
    }
    if (begins(bytes, 0x80, 0x02, 0x8a, 0x0a)) {
      return LegacyLayout.read(bytes);
    }
    throw new BadInput(
        file + ": neither a zip of a pickle nor PyTorch's older form: is it a file of torch.save?");
  }

  private static boolean begins(MemorySegment bytes, int... start) {
    for (int i = 0; i < start.length; i++) {
      if (i >= bytes.byteSize() || (bytes.get(ValueLayout.JAVA_BYTE, i) & 0xFF) != start[i]) {
        return false;
      }
    }
    return true;
  }

  public Form form() {
    return content.form();
  }

  /**
   * What was saved: Boolean, Long, Double, String, List, Map (in order), {@link PickleBag}, {@link
   * PickledTensor} and a few more. It may be deep and may hold itself.
   */
  public Object root() {
    return content.root();
  }

  /** A copy of a tensor in its own type, contiguous, owned by the calling thread's scope. */
  public Tensor tensor(PickledTensor tensor) {
    PickledTensor.Storage storage = tensor.storage();
    Place place = content.places().get(storage.key());
    if (place == null) {
      throw new BadInput(file + ": storage " + storage.key() + ": it is missing");
    }
    if (tensor.count() > storage.count()) {
      throw new BadInput(
          file + ": a tensor of storage " + storage.key() + " repeats numbers: not a weight");
    }
    int size = tensor.dtype().bytes();
    long begin = place.begin() + tensor.offset() * size;
    if (tensor.contiguous()) {
      return copy(begin, Tensors.empty(TorchTypes.of(tensor.dtype()), tensor.shape()));
    }
    Tensor line = copy(begin, Tensors.empty(TorchTypes.of(tensor.dtype()), tensor.spanned()));
    return line.as_strided(tensor.shape(), tensor.strides()).contiguous();
  }

  private Tensor copy(long begin, Tensor into) {
    MemorySegment target = Tensors.bytes(into);
    MemorySegment.copy(bytes, begin, target, 0, target.byteSize());
    return into;
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    arena.close();
  }
}

package dev.filip.data;

import dev.filip.data.store.ObjectInfo;
import dev.filip.data.store.ShardFiles;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Webdataset shards, on disk or remote. Sizes come from the files beside them, from an index, or
 * from counting (docs/FORMATS.md); a shard's members are found when it is opened. Thread-safe.
 */
final class WebdatasetSource implements SampleSource {
  /** Up to so many local shards are looked at one by one when a source is opened. */
  static final int FEW = 256;

  private final String name;
  private final ShardNames names;
  private final SourceOptions options;
  private final ShardFiles files;
  private final ShardIndexes indexes;
  private final Consumer<String> say;
  private final ShardSizes told;
  private final int[] toldSizes;
  private final ShardCounts counts;
  private final OpenShards recent = new OpenShards(this::open);
  private final Set<Integer> said = ConcurrentHashMap.newKeySet();
  private final @Nullable RepeatedKeys repeated;
  private final @Nullable Origin origin;
  private @Nullable ClassLists classes;
  private long @Nullable [] starts;
  private @Nullable Long total;

  /**
   * Takes over {@code files}.
   *
   * @param origin which published data set they are; its keys are then unique as they stand
   * @param cache where indexes are kept that cannot lie beside the shards
   * @param say takes lines for the user
   */
  WebdatasetSource(
      String name,
      List<String> shards,
      SourceOptions options,
      ShardFiles files,
      @Nullable Origin origin,
      Path cache,
      Consumer<String> say) {
    this.name = name;
    this.origin = origin;
    this.names = new ShardNames(shards);
    this.options = options;
    this.files = files;
    this.say = say;
    this.indexes = new ShardIndexes(files, cache);
    this.told = ShardSizes.read(names, files);
    this.toldSizes = told.sizes().clone();
    this.counts =
        new ShardCounts(names, files, indexes, options.keepTruncated(), told.sizes(), say);
    boolean few = names.size() <= FEW && !files.isRemote(names.location(0));
    this.repeated = few && told.by().isEmpty() ? countFew() : null;
    if (!few) {
      counts.fromIndexes();
    } else if (repeated == null) {
      counts.count(null);
    }
    if (counts.complete()) {
      BadInput.require(counts.sum() > 0, "source " + name, "no image", "shards with images");
    }
  }

  private @Nullable RepeatedKeys countFew() {
    RepeatedKeys keys = new RepeatedKeys();
    counts.count((_, table) -> keys.add(table));
    return keys.packed();
  }

  @Override
  public String describe() {
    String shards =
        String.format(
            Locale.ROOT,
            "%,d webdataset shard%s of %s",
            names.size(),
            names.size() == 1 ? "" : "s",
            name);
    String remarks = origin == null ? "" : origin.remarks();
    String by = told.by().isEmpty() ? "" : " (sizes: " + told.by() + ")";
    return counts.complete()
        ? String.format(Locale.ROOT, "%,d samples in %s%s", counts.sum(), shards, by)
            + counts.remarks()
            + remarks
        : shards + by + "; not counted" + remarks;
  }

  @Override
  public @Nullable Origin origin() {
    return origin;
  }

  @Override
  public int shards() {
    return names.size();
  }

  @Override
  public int size(int shard) {
    return counts.size(shard);
  }

  @Override
  public boolean counted() {
    return counts.complete();
  }

  @Override
  public long size() {
    long total = counts.complete() ? -1 : total();
    if (total < 0) {
      counts.count(null);
    }
    return total < 0 ? counts.sum() : total;
  }

  private synchronized long total() {
    if (total == null) {
      total = told.total();
    }
    return total;
  }

  @Override
  public void ahead(int shard) {
    files.ahead(names.location(shard));
  }

  /** Reads the headers of a shard that no index tells of. */
  @Override
  public TarShard open(int shard) throws IOException {
    String location = names.location(shard);
    try {
      return open(shard, location, files.hold(location));
    } catch (IOException e) {
      throw ShardCounts.named(location, e);
    }
  }

  /** Closes what is held where the shard cannot be opened. */
  private TarShard open(int shard, String location, ShardFiles.Held held) throws IOException {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(held.file(), StandardOpenOption.READ);
      ShardTable table = table(location, held.info(), channel);
      tell(shard, table.size());
      return new TarShard(held, channel, table, keys(shard), options.captionKey());
    } catch (IOException | RuntimeException e) {
      if (channel != null) {
        channel.close();
      }
      held.close();
      throw e;
    }
  }

  private ShardTable table(String location, ObjectInfo info, FileChannel channel)
      throws IOException {
    ShardIndex index = indexes.of(ShardNames.folder(location));
    ShardTable table = index.table(ShardNames.name(location), info);
    if (table == null) {
      table = ShardTable.scan(ShardNames.shown(location), channel);
    }
    return ShardCounts.checked(location, table, options.keepTruncated());
  }

  /** Says once that a shard holds another number of samples than was told. */
  private void tell(int shard, int size) {
    int known = counts.size(shard);
    if (known >= 0 && known != size && said.add(shard)) {
      say.accept(
          String.format(
              Locale.ROOT,
              "shard %s holds %,d samples, not %,d as %s tells",
              ShardNames.shown(names.location(shard)),
              size,
              known,
              toldSizes[shard] >= 0 ? told.by() : "its index"));
    }
  }

  private TarShard.Keys keys(int shard) {
    if (origin != null) {
      return (_, key) -> key;
    }
    if (repeated == null) {
      String prefix = names.size() == 1 ? "" : names.unique(shard) + "/";
      return (_, key) -> prefix + key;
    }
    String prefix = ShardNames.stem(names.location(shard)) + "/";
    long first = starts()[shard];
    return (sample, key) -> repeated.has(first + sample) ? prefix + key : key;
  }

  @Override
  public Sample.Text text(long index) throws IOException {
    int shard = shard(index);
    return recent.with(shard, open -> open.text(within(shard, index)));
  }

  @Override
  public Sample read(long index) throws IOException {
    int shard = shard(index);
    return recent.with(shard, open -> open.read(within(shard, index)));
  }

  private int shard(long index) throws UnreadableSample {
    long[] from = starts();
    if (index >= from[from.length - 1] && total != null && index < total) {
      throw new UnreadableSample(name + ": sample " + index, "missing", "__len__ tells of it");
    }
    if (index < 0 || index >= from[from.length - 1]) {
      throw new IndexOutOfBoundsException(index + " of " + from[from.length - 1] + " samples");
    }
    int at = Arrays.binarySearch(from, index);
    at = at < 0 ? -at - 2 : at;
    while (from[at + 1] == index) {
      at++; // empty shards begin where the next does
    }
    return at;
  }

  private int within(int shard, long index) {
    return (int) (index - starts()[shard]);
  }

  private synchronized long[] starts() {
    if (starts == null) {
      counts.count(null);
      starts = new long[names.size() + 1];
      for (int i = 0; i < names.size(); i++) {
        starts[i + 1] = starts[i] + counts.size(i);
      }
    }
    return starts;
  }

  private synchronized ClassLists classes() {
    if (classes == null) {
      classes = ClassLists.beside(names.location(0), files);
    }
    return classes;
  }

  @Override
  public List<String> classNames() {
    return classes().names();
  }

  @Override
  public List<String> templates() {
    return classes().templates();
  }

  @Override
  public String fingerprint() throws IOException {
    MessageDigest digest = Digests.sha256();
    for (int shard = 0; shard < names.size(); shard++) {
      try (TarShard open = open(shard)) {
        for (int i = 0; i < open.size(); i++) {
          open.print(i).forEach(text -> Digests.add(digest, text));
        }
      }
    }
    return Digests.hex(digest);
  }

  /** Names, the bytes of local shards, and the sizes told beside them. */
  @Override
  public String shape() throws IOException {
    MessageDigest digest = Digests.sha256();
    for (int i = 0; i < names.size(); i++) {
      String location = names.location(i);
      Digests.add(digest, ShardNames.shown(names.relative(i)));
      Digests.add(
          digest, files.isRemote(location) ? "" : Long.toString(files.info(location).size()));
      Digests.add(digest, Integer.toString(toldSizes[i]));
    }
    return Digests.hex(digest);
  }

  @Override
  public void close() throws IOException {
    recent.close();
    files.close();
  }
}

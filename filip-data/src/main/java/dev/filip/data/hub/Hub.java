package dev.filip.data.hub;

import dev.filip.data.store.UnreachableShard;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Fetches models by name. Stateless; threads and processes may fetch the same at once. */
public final class Hub {
  private static final String NONE = "none";

  private Hub() {}

  /**
   * A model in the cache.
   *
   * @param commit what its revision is
   * @param folder the snapshot: what an import needs is there
   * @param endpoint who gave it; the one that is set, where only the cache was asked
   * @param fetched bytes that came over the network just now
   */
  public record Fetched(HubModel model, String commit, Path folder, String endpoint, long fetched) {

    /** Where it came from, for a model folder: hub, model, revision, commit. */
    public Map<String, String> origin() {
      Map<String, String> facts = new LinkedHashMap<>();
      facts.put("hub", endpoint);
      facts.put("model", model.id());
      facts.put("revision", model.revision());
      facts.put("commit", commit);
      return facts;
    }
  }

  /**
   * Brings what an import needs of a model into the cache, as far as it is not there.
   *
   * @throws BadInput for a model, a revision or files that are not there or not for us, and offline
   *     for what the cache lacks
   * @throws IOException for a hub that cannot be reached, or gives wrong bytes, after all tries
   */
  public static Fetched fetch(HubModel model, HubSettings settings) throws IOException {
    HubCache cache = new HubCache(settings.cache(), model);
    if (settings.offline()) {
      return cached(model, settings, cache);
    }
    try {
      return fetched(model, settings, cache);
    } catch (UnreachableShard e) {
      boolean had = !cache.files(cache.commit(model.revision()).orElse(NONE)).isEmpty();
      throw had
          ? new IOException(e.getMessage() + "; HF_HUB_OFFLINE=1 takes what the cache has of it", e)
          : e;
    }
  }

  private static Fetched cached(HubModel model, HubSettings settings, HubCache cache)
      throws IOException {
    String said = model + " (HF_HUB_OFFLINE is set: " + settings.cache() + " only)";
    Optional<String> commit = cache.commit(model.revision());
    Set<String> files = commit.isEmpty() ? Set.of() : cache.files(commit.get());
    if (commit.isEmpty() || files.isEmpty()) {
      throw new BadInput(said + " is not in the cache: fetch it once with a connection");
    }
    NeededFiles needed = NeededFiles.of(files, said);
    Path folder = cache.snapshot(commit.get());
    if (needed.inShards()) {
      needed.shards(folder.resolve(needed.weights()), files, said);
    }
    return new Fetched(model, commit.get(), folder, settings.endpoint().toString(), 0);
  }

  private static Fetched fetched(HubModel model, HubSettings settings, HubCache cache)
      throws IOException {
    try (HubClient client = new HubClient(settings, model)) {
      HubClient.Commit revision = client.commit();
      String commit = revision.commit();
      NeededFiles needed = NeededFiles.of(revision.files(), model.toString());
      Bringer bringer = new Bringer(client, settings, cache, commit);
      for (String name : needed.small()) {
        bringer.bring(name);
      }
      bringer.bring(needed.weights());
      if (needed.inShards()) {
        Path index = cache.snapshot(commit).resolve(needed.weights());
        for (String name : needed.shards(index, revision.files(), model.toString())) {
          bringer.bring(name);
        }
      }
      cache.keep(model.revision(), commit);
      return new Fetched(
          model, commit, cache.snapshot(commit), settings.endpoint().toString(), bringer.fetched);
    }
  }

  /** Files of one commit, each once. */
  private static final class Bringer {
    private final HubClient client;
    private final HubSettings settings;
    private final HubCache cache;
    private final String commit;
    private final Set<String> there;
    private long fetched;

    Bringer(HubClient client, HubSettings settings, HubCache cache, String commit)
        throws IOException {
      this.client = client;
      this.settings = settings;
      this.cache = cache;
      this.commit = commit;
      this.there = cache.files(commit);
    }

    void bring(String name) throws IOException {
      if (there.contains(name)) {
        return;
      }
      RemoteFile file = client.file(commit, name);
      Path blob = cache.blob(file.hash());
      fetched += new BlobDownload(client, settings.retry(), file, blob).run();
      cache.show(commit, name, file.hash());
    }
  }
}

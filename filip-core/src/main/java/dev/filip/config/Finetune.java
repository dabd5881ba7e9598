package dev.filip.config;

import static dev.filip.io.BadInput.require;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which of a model folder's weights training changes, and how fast.
 *
 * @param lock the tower whose weights stay as they are (LiT, Zhai et al. 2022)
 * @param lockProjection whether the projection of a tower that is locked or has adapters stays too
 * @param layerDecay in (0, 1]: factor of the learning rate from each block to the one below it
 * @param lora adapters of low rank in place of weights, if any
 */
public record Finetune(Lock lock, boolean lockProjection, double layerDecay, Optional<Lora> lora) {
  /** Everything is trained, all at one rate. */
  public static final Finetune ALL = new Finetune(Lock.NONE, true, 1, Optional.empty());

  static final Set<String> KEYS = Choices.of("lock", "lock_projection", "layer_decay", "lora");
  private static final Set<String> LORA = Choices.of("rank", "alpha", "towers", "targets");

  public Finetune {
    require(layerDecay > 0 && layerDecay <= 1, "finetune.layer_decay", layerDecay, "in (0, 1]");
    require(
        lockProjection || lock != Lock.NONE || lora.isPresent(),
        "finetune.lock_projection",
        false,
        "left out where no tower is locked and none has adapters: all projections are trained");
    Optional<Tower> locked = lock.tower();
    require(
        lora.isEmpty() || locked.isEmpty() || !lora.get().towers().contains(locked.get()),
        "finetune.lora.towers",
        lora.map(Lora::towers).map(Choices::names).orElse(""),
        "without " + Choices.name(lock) + ", which finetune.lock keeps as it is");
  }

  /** One of the two towers. */
  public enum Tower {
    IMAGE,
    TEXT
  }

  /** The tower that stays as it is. */
  public enum Lock {
    NONE,
    IMAGE,
    TEXT;

    /** The tower, if any. */
    public Optional<Tower> tower() {
      return switch (this) {
        case NONE -> Optional.empty();
        case IMAGE -> Optional.of(Tower.IMAGE);
        case TEXT -> Optional.of(Tower.TEXT);
      };
    }
  }

  /** A weight matrix of every block that can have an adapter. */
  public enum Target {
    Q("self_attn.q_proj"),
    K("self_attn.k_proj"),
    V("self_attn.v_proj"),
    OUT("self_attn.out_proj"),
    FC1("mlp.fc1"),
    FC2("mlp.fc2");

    private final String module;

    Target(String module) {
      this.module = module;
    }

    /** Its name within a block, Hugging Face's. */
    public String module() {
      return module;
    }
  }

  /**
   * Low-rank adapters (Hu et al. 2022): W + (alpha / rank) B A, where only A and B are trained.
   *
   * @param towers that have them; all other weights of these towers stay as they are
   */
  public record Lora(int rank, double alpha, Set<Tower> towers, Set<Target> targets) {
    public Lora {
      require(rank >= 1, "finetune.lora.rank", rank, ">= 1");
      require(
          alpha > 0 && Double.isFinite(alpha), "finetune.lora.alpha", alpha, "a finite number > 0");
      require(!towers.isEmpty(), "finetune.lora.towers", towers, "image, text or both");
      require(
          !targets.isEmpty(),
          "finetune.lora.targets",
          targets,
          "one or more of q, k, v, out, fc1, fc2");
      towers = Collections.unmodifiableSet(EnumSet.copyOf(towers));
      targets = Collections.unmodifiableSet(EnumSet.copyOf(targets));
    }

    /** What multiplies B A. */
    public double scale() {
      return alpha / rank;
    }
  }

  /** Whether the projection of this tower stays as it is. */
  public boolean keepsProjection(Tower tower) {
    return lockProjection && (isLocked(tower) || hasAdapters(tower));
  }

  /** Whether this tower stays as it is. */
  public boolean isLocked(Tower tower) {
    return lock.tower().filter(tower::equals).isPresent();
  }

  /** Whether adapters are trained in place of this tower's weights. */
  public boolean hasAdapters(Tower tower) {
    return lora.filter(l -> l.towers().contains(tower)).isPresent();
  }

  /** Whether adapters (and projections) tell all that training changes in the towers. */
  public boolean adaptersAreAll() {
    return lora.isPresent()
        && Arrays.stream(Tower.values()).allMatch(t -> isLocked(t) || hasAdapters(t));
  }

  /** Reads the section; {@code folder}: whether there is a model folder to begin from. */
  static Finetune read(Optional<ConfigNode> node, boolean folder) {
    if (node.isEmpty()) {
      return ALL;
    }
    if (!folder) {
      throw node.get()
          .wrong("left out unless model is a model folder (there are no weights to tune)");
    }
    ConfigNode map = node.get().map(KEYS);
    Lock lock = map.at("lock").map(Finetune::lock).orElse(Lock.NONE);
    return new Finetune(
        lock,
        map.flag("lock_projection", true),
        map.number("layer_decay", 1),
        map.at("lora").filter(given -> !given.isNone()).map(given -> lora(given.map(LORA), lock)));
  }

  private static Lock lock(ConfigNode node) {
    if (node.node().isArray() || node.node().asText().equals("both")) {
      throw node.wrong("none, image or text (with both locked nothing is left to train)");
    }
    return node.choice(Lock.class);
  }

  private static Lora lora(ConfigNode map, Lock lock) {
    EnumSet<Tower> free = EnumSet.allOf(Tower.class);
    lock.tower().ifPresent(free::remove);
    int rank = map.integer("rank", 8);
    return new Lora(
        rank,
        map.number("alpha", 2.0 * rank),
        map.choices("towers", Tower.class, free),
        map.choices("targets", Target.class, EnumSet.allOf(Target.class)));
  }
}

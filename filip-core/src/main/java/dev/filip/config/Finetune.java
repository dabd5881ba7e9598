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
  static final Section<Finetune> KEYS =
      Section.of(
          "finetune",
          Finetune.class,
          Key.of(
              "lock",
              Lock.TYPE,
              Lock.NONE,
              "the tower whose weights stay bit-equal (LiT): no gradient, no weight decay, no"
                  + " moments, no graph"),
          Key.of(
              "lock_projection",
              Type.FLAG,
              true,
              "whether the projection of a tower that is locked or has adapters stays too; false"
                  + " only with one of these"),
          Key.of(
              "layer_decay",
              Type.number("in (0, 1]"),
              1.0,
              "block k of L (from 0) is trained at `lr` x decay^(L - k), embeddings at decay^(L +"
                  + " 1), final norms, projections and the temperature at `lr`"),
          Key.of(
                  "lora",
                  Type.map(Lora.KEYS).orNone(),
                  Optional.empty(),
                  "adapters W + (alpha / rank) B A in place of the weights of the towers named,"
                      + " whose own weights all stay bit-equal")
              .over(Lora.KEYS));

  /** Everything is trained, all at one rate. */
  public static final Finetune ALL = KEYS.byDefault();

  public Finetune {
    KEYS.check(lock, lockProjection, layerDecay, lora);
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

    static final Type<Lock> TYPE = Type.word(Lock.class).before(Lock::refuseBoth);

    private static void refuseBoth(ConfigNode node) {
      if (node.node().isArray() || node.node().asText().equals("both")) {
        throw node.wrong("none, image or text (with both locked nothing is left to train)");
      }
    }

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
    static final Section<Lora> KEYS =
        Section.of(
            "finetune.lora",
            Lora.class,
            Key.of("rank", Type.whole(">= 1"), 8, "at most the smaller side of every matrix"),
            Key.following(
                "alpha",
                Type.number("a finite number > 0"),
                "2 x rank",
                given -> 2.0 * given.get("finetune.lora.rank", Integer.class),
                ""),
            Key.following(
                "towers",
                Type.set(Tower.class),
                "those not locked",
                Lora::free,
                "not the locked one"),
            Key.of(
                "targets",
                Type.set(Target.class),
                EnumSet.allOf(Target.class),
                "matrices of every block"));

    public Lora {
      KEYS.check(rank, alpha, towers, targets);
      towers = Collections.unmodifiableSet(EnumSet.copyOf(towers));
      targets = Collections.unmodifiableSet(EnumSet.copyOf(targets));
    }

    private static Set<Tower> free(Given given) {
      EnumSet<Tower> free = EnumSet.allOf(Tower.class);
      given.get("finetune.lock", Lock.class).tower().ifPresent(free::remove);
      return free;
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
}

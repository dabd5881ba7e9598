package dev.filip.pickle;

import dev.filip.pickle.PickleMachine.PickleTuple;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * The whole list of names that a kind of pickle may use, and what "calling" them makes: data.
 * Everything else is refused when it is named, before anything is done with it.
 */
public interface PickleNames {
  /** What such pickles hold, for messages: {@code weights}. */
  String what();

  /** The name, if it is on the list; else {@link BadPickle}. */
  PickleName admit(String module, String name);

  /** What a call of an admitted name makes; else {@link BadPickle}. */
  Object call(PickleName name, PickleTuple arguments);

  /** What a persistent id stands for; these pickles have none unless they say so. */
  default Object persistent(PickleTuple id) {
    throw new BadPickle("has a persistent id, which " + what() + " do not need");
  }

  /** Gives an object that {@link #call} made the state that its class would take. */
  default void build(Object object, Object state) {
    throw new BadPickle("sets the state of something that has none");
  }

  /** The charset of Python 2's strings, which are bytes. */
  default Charset strings() {
    return StandardCharsets.UTF_8;
  }
}

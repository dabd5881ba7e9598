package dev.filip.generate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The order and the relation words in which a scene is told:
 *
 * <pre>a SIZE COLOUR [striped|dotted] KIND REL a ... on a GROUND background</pre>
 *
 * @param order indexes into the scene's items
 * @param relations between neighbours of {@code order}, one less
 */
record SceneSentence(List<Integer> order, List<String> relations) {

  /** A random order; a relation tells the longer way, or either where both are equal. */
  static SceneSentence random(Scene scene, Dice dice) {
    List<Integer> order = new ArrayList<>();
    for (int i : dice.order(scene.items().size())) {
      order.add(i);
    }
    List<String> relations = new ArrayList<>();
    for (int i = 1; i < order.size(); i++) {
      Scene.Item left = scene.items().get(order.get(i - 1));
      relations.add(relation(left, scene.items().get(order.get(i)), dice.coin()));
    }
    return new SceneSentence(order, relations);
  }

  /** Up to {@code count} different captions (fewer when the scene has no more). */
  static List<Caption> captions(Scene scene, int count, Dice dice) {
    Set<SceneSentence> told = new LinkedHashSet<>();
    for (int i = 0; i < 3 * count && told.size() < count; i++) {
      told.add(random(scene, dice));
    }
    return told.stream().map(s -> s.say(scene)).toList();
  }

  Caption say(Scene scene) {
    Caption.Builder caption = new Caption.Builder();
    for (int i = 0; i < order.size(); i++) {
      if (i > 0) {
        caption.say(relations.get(i - 1));
      }
      Scene.Item item = scene.items().get(order.get(i));
      caption.name("a " + item.look().words(), item.kind().word(), order.get(i));
    }
    return caption.say("on a " + scene.ground().word() + " background").build();
  }

  /**
   * Wrong captions: one attribute (or all) exchanged between the first two things told, or the
   * first relation turned round. Attributes that do not differ are left out.
   */
  ObjectNode foils(Scene scene) {
    Scene.Look a = scene.items().get(order.get(0)).look();
    Scene.Look b = scene.items().get(order.get(1)).look();
    ObjectNode foils = Json.object();
    if (a.colour() != b.colour()) {
      put(foils, "colour", scene, a.with(b.colour()), b.with(a.colour()));
    }
    if (a.size() != b.size()) {
      put(foils, "size", scene, a.with(b.size()), b.with(a.size()));
    }
    if (a.texture() != b.texture()) {
      put(foils, "texture", scene, a.with(b.texture()), b.with(a.texture()));
    }
    if (!a.equals(b)) {
      put(foils, "all", scene, b, a);
    }
    List<String> turned = new ArrayList<>(relations);
    turned.set(0, opposite(relations.getFirst()));
    foils.put("relation", new SceneSentence(order, turned).say(scene).text());
    return foils;
  }

  private void put(ObjectNode foils, String key, Scene scene, Scene.Look first, Scene.Look second) {
    List<Scene.Item> items = new ArrayList<>(scene.items());
    items.set(order.get(0), with(items.get(order.get(0)), first));
    items.set(order.get(1), with(items.get(order.get(1)), second));
    foils.put(key, say(new Scene(scene.ground(), items, scene.paint())).text());
  }

  private static Scene.Item with(Scene.Item item, Scene.Look look) {
    return new Scene.Item(item.kind(), look, item.cell());
  }

  private static String relation(Scene.Item a, Scene.Item b, boolean coin) {
    int right = b.column() - a.column();
    int down = b.row() - a.row();
    int more = Math.abs(right) - Math.abs(down);
    if (more > 0 || (more == 0 && coin)) {
      return right > 0 ? "left of" : "right of";
    }
    return down > 0 ? "above" : "below";
  }

  private static String opposite(String relation) {
    return switch (relation) {
      case "left of" -> "right of";
      case "right of" -> "left of";
      case "above" -> "below";
      case "below" -> "above";
      default -> throw new IllegalArgumentException("no relation: " + relation);
    };
  }
}

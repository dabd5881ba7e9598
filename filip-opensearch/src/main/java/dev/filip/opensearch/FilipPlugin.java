package dev.filip.opensearch;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.ScriptPlugin;
import org.opensearch.script.ScriptContext;
import org.opensearch.script.ScriptEngine;

/** What a node loads: the script language {@code filip}, and the setting {@code filip.models}. */
public final class FilipPlugin extends Plugin implements ScriptPlugin {
  private final TextModels models;

  /**
   * As a node makes it.
   *
   * @param config its folder of configurations
   * @throws IllegalArgumentException where a model of the setting is not there or damaged
   */
  public FilipPlugin(Settings settings, Path config) {
    models = TextModels.open(settings, config);
  }

  @Override
  public List<Setting<?>> getSettings() {
    return List.of(TextModels.NAMES);
  }

  @Override
  public ScriptEngine getScriptEngine(Settings settings, Collection<ScriptContext<?>> contexts) {
    return new LateScriptEngine(models);
  }

  @Override
  public void close() {
    models.close();
  }
}

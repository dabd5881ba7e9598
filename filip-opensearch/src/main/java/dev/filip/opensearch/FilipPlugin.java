package dev.filip.opensearch;

import java.util.Collection;
import org.opensearch.common.settings.Settings;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.ScriptPlugin;
import org.opensearch.script.ScriptContext;
import org.opensearch.script.ScriptEngine;

/** What a node loads: the script language {@code filip}. */
public final class FilipPlugin extends Plugin implements ScriptPlugin {
  @Override
  public ScriptEngine getScriptEngine(Settings settings, Collection<ScriptContext<?>> contexts) {
    return new LateScriptEngine();
  }
}

package dev.filip.opensearch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.node.NodeValidationException;
import org.opensearch.plugins.PluginInfo;
import org.opensearch.transport.Netty4ModulePlugin;

/**
 * A node of OpenSearch from its published jars, a process of its own. It loads what is installed in
 * {@code HOME/plugins}, writes the addresses it listens at to {@code HOME/logs/http.ports}, and
 * ends when its standard input does.
 */
final class NodeMain {
  private NodeMain() {}

  /** Takes the home folder. */
  public static void main(String[] args) throws IOException, NodeValidationException {
    Settings settings =
        Settings.builder()
            .put("path.home", Path.of(args[0]).toString())
            .put("node.name", "filip")
            .put("cluster.name", "filip")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", "0")
            .put("transport.port", "0")
            .put("transport.type", "netty4")
            .put("http.type", "netty4")
            .put("node.portsfile", true)
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "filip");
    try (Node node = new NettyNode(environment)) {
      node.start();
      while (System.in.read() >= 0) {} // until the test lets go
    }
  }

  /** With the transport that OpenSearch's own distribution has as a module. */
  private static final class NettyNode extends Node {
    NettyNode(Environment environment) {
      super(
          environment,
          List.of(
              new PluginInfo(
                  "transport-netty4",
                  "transport",
                  Version.CURRENT.toString(),
                  Version.CURRENT,
                  "21",
                  Netty4ModulePlugin.class.getName(),
                  null,
                  List.of(),
                  false)),
          false);
    }
  }
}

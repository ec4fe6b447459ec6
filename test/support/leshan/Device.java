import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.interceptors.MessageInterceptor;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.leshan.client.LeshanClient;
import org.eclipse.leshan.client.LeshanClientBuilder;
import org.eclipse.leshan.client.engine.DefaultRegistrationEngineFactory;
import org.eclipse.leshan.client.object.Security;
import org.eclipse.leshan.client.object.Server;
import org.eclipse.leshan.client.resource.ObjectsInitializer;
import org.eclipse.leshan.core.node.codec.DefaultLwM2mDecoder;
import org.eclipse.leshan.core.node.codec.DefaultLwM2mEncoder;
import org.eclipse.leshan.core.node.codec.LwM2mValueChecker;
import org.eclipse.leshan.core.request.BindingMode;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.transport.californium.client.endpoint.CaliforniumClientEndpoint;
import org.eclipse.leshan.transport.californium.client.endpoint.CaliforniumClientEndpointsProvider;
import org.eclipse.leshan.transport.californium.client.endpoint.coap.CoapClientProtocolProvider;
import org.eclipse.leshan.transport.californium.client.endpoint.coaps.CoapsClientProtocolProvider;

/**
 * A device with objects 1, 3 and 5. It restarts by leaving its client as it is, without a word to the server, and making another: sockets,
 * DTLS sessions and observations are gone, its firmware and object 5 are not.
 */
class Device {
  final String endpoint;
  final Firmware firmware;
  private final Credentials credentials;
  private final String server;
  private final JsonNode description;
  private final Telling telling;
  /** Where it restarts: a client that is left can't wait for its own threads. */
  private final ExecutorService outside = Executors.newSingleThreadExecutor();
  /** One for each `download` that it was told, for a device that waits for it; what it wants no more leaves it to the next. */
  private final Semaphore toldToDownload = new Semaphore(0);
  private LeshanClient client;
  private volatile boolean restartsAfterResponse = false;

  Device(JsonNode description) {
    this.description = description;
    server = description.get("server").asText();
    endpoint = description.get("endpoint").asText();
    credentials = Credentials.of(description);
    telling = new Telling(endpoint);
    firmware = new Firmware(description, telling);
  }

  void start() {
    Security security =
        credentials == null ? Security.noSec(server, 123) : Security.psk(server, 123, credentials.identity().getBytes(), credentials.key());
    ObjectsInitializer objects = new ObjectsInitializer();
    objects.setInstancesForObject(0, security);
    objects.setInstancesForObject(1, new Server(123, description.get("lifetime").asLong(), EnumSet.of(BindingMode.U), false, BindingMode.U));
    for (int single : List.of(3, 5))
      objects.setFactoryForObject(single, (model, id, others) -> { throw new UnsupportedOperationException("There is one of it"); });
    objects.setInstancesForObject(3, new DeviceObject(firmware));
    objects.setInstancesForObject(5, new FirmwareObject(this, numbers("protocols", List.of(0)), description.path("delivery").asInt(0), telling));

    DefaultRegistrationEngineFactory engine = new DefaultRegistrationEngineFactory();
    engine.setReconnectOnUpdate(false);
    engine.setResumeOnConnect(false);
    engine.setQueueMode(description.path("queueMode").asBoolean());
    LeshanClientBuilder builder = new LeshanClientBuilder(endpoint);
    builder.setObjects(objects.createAll()).setEndpointsProviders(endpoints()).setRegistrationEngineFactory(engine);
    if (description.hasNonNull("formats")) speakOnly(builder, numbers("formats", List.of()));
    client = builder.build();
    client.addObserver(new Observer(telling));
    client.start();
    for (var each : client.getEndpointsProvider().iterator().next().getEndpoints())
      ((CaliforniumClientEndpoint) each).getCoapEndpoint().addPostProcessInterceptor(new AfterResponse());
  }

  void hear(String word) {
    switch (word) {
      case "update" -> client.triggerRegistrationUpdate();
      case "deregister" -> client.stop(true);
      case "download" -> toldToDownload.release();
      case "restart" -> outside(this::restart);
      case "stop" -> outside(this::stop);
      default -> throw new IllegalArgumentException(word);
    }
  }

  /** What the server asked for: the answer to it leaves first. */
  void restartAfterResponse() {
    restartsAfterResponse = true;
  }

  /** At once, or when it is told to. */
  void download(String address, int which) {
    new Thread(() -> {
      byte[] image = null;
      try {
        if (description.path("waits").asBoolean()) toldToDownload.acquire();
        if (firmware.wants(which)) image = new PackageDownload(credentials).get(URI.create(address));
        else toldToDownload.release();
      } catch (Exception error) {
        if (firmware.wants(which)) telling.tell("failed", String.valueOf(error));
      }
      firmware.downloaded(which, image);
    }).start();
  }

  private void outside(Runnable task) {
    outside.submit(() -> {
      try {
        task.run();
      } catch (RuntimeException error) {
        telling.tell("failed", String.valueOf(error));
        error.printStackTrace();
      }
    });
  }

  private void restart() {
    leave();
    firmware.boot();
    telling.tell("restarted", firmware.version);
    start();
  }

  /** A client that is left while a notification waits to be sent looks for its server, and fails (2.0.0-M18); the second time none waits. */
  private void leave() {
    try {
      client.destroy(false);
    } catch (NullPointerException error) {
      client.destroy(false);
    }
  }

  private void stop() {
    leave();
    telling.tell("stopped", true);
    outside.shutdown();
  }

  private CaliforniumClientEndpointsProvider endpoints() {
    CaliforniumClientEndpointsProvider.Builder endpoints =
        new CaliforniumClientEndpointsProvider.Builder(new CoapClientProtocolProvider(), new CoapsClientProtocolProvider());
    Configuration configuration = endpoints.createDefaultConfiguration();
    // It takes a connection id, and gives none: what comes to it finds it by its address.
    configuration.set(DtlsConfig.DTLS_CONNECTION_ID_LENGTH, 0);
    if (description.hasNonNull("largestPackage"))
      configuration.set(CoapConfig.MAX_RESOURCE_BODY_SIZE, description.get("largestPackage").asInt());
    return endpoints.setConfiguration(configuration).build();
  }

  /** Text and opaque are for single resources, beside the formats that are named by their numbers. */
  private static void speakOnly(LeshanClientBuilder builder, List<Integer> formats) {
    Set<Integer> codes = new HashSet<>(formats);
    codes.addAll(List.of(ContentFormat.TEXT_CODE, ContentFormat.OPAQUE_CODE));
    var encoders = DefaultLwM2mEncoder.getDefaultNodeEncoders(false);
    encoders.keySet().removeIf(format -> !codes.contains(format.getCode()));
    var decoders = DefaultLwM2mDecoder.getDefaultNodeDecoders(false);
    decoders.keySet().removeIf(format -> !codes.contains(format.getCode()));
    builder.setEncoder(new DefaultLwM2mEncoder(encoders, Map.of(), new LwM2mValueChecker()));
    builder.setDecoder(new DefaultLwM2mDecoder(decoders, Map.of()));
  }

  private List<Integer> numbers(String name, List<Integer> otherwise) {
    if (!description.hasNonNull(name)) return otherwise;
    List<Integer> numbers = new ArrayList<>();
    description.get(name).forEach(number -> numbers.add(number.asInt()));
    return numbers;
  }

  private class AfterResponse implements MessageInterceptor {
    @Override
    public void sendResponse(Response response) {
      if (!restartsAfterResponse || response.getOptions().hasObserve()) return;
      restartsAfterResponse = false;
      outside(Device.this::restart);
    }
  }
}

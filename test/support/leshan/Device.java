import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.eclipse.californium.core.CoapClient;
import org.eclipse.californium.core.CoapResponse;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.leshan.client.LeshanClient;
import org.eclipse.leshan.client.LeshanClientBuilder;
import org.eclipse.leshan.client.engine.DefaultRegistrationEngineFactory;
import org.eclipse.leshan.client.object.Security;
import org.eclipse.leshan.client.object.Server;
import org.eclipse.leshan.client.observer.LwM2mClientObserverAdapter;
import org.eclipse.leshan.client.resource.BaseInstanceEnabler;
import org.eclipse.leshan.client.resource.ObjectsInitializer;
import org.eclipse.leshan.client.servers.LwM2mServer;
import org.eclipse.leshan.core.ResponseCode;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.request.BindingMode;
import org.eclipse.leshan.core.request.RegisterRequest;
import org.eclipse.leshan.core.request.UpdateRequest;
import org.eclipse.leshan.core.request.argument.Arguments;
import org.eclipse.leshan.core.response.ExecuteResponse;
import org.eclipse.leshan.core.response.ReadResponse;
import org.eclipse.leshan.core.response.WriteResponse;
import org.eclipse.leshan.transport.californium.client.endpoint.CaliforniumClientEndpointsProvider;
import org.eclipse.leshan.transport.californium.client.endpoint.coap.CoapClientProtocolProvider;
import org.eclipse.leshan.transport.californium.client.endpoint.coaps.CoapsClientProtocolProvider;

/**
 * A device on Leshan's client, as it is, with objects 1, 3 and 5.
 *
 * Reads a JSON object from its first line: server (coap:// or coaps://), endpoint, lifetime in seconds, identity and key (hex) for DTLS.
 * Further lines are words: update, deregister. Writes a JSON object a line for each thing that the client told it. Ends with its input.
 */
public class Device {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LARGEST_PACKAGE = 16 * 1024 * 1024;

  public static void main(String[] arguments) throws Exception {
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    JsonNode told = JSON.readTree(input.readLine());
    String server = told.get("server").asText();
    Security security = told.hasNonNull("identity")
        ? Security.psk(server, 123, told.get("identity").asText().getBytes(), HexFormat.of().parseHex(told.get("key").asText()))
        : Security.noSec(server, 123);

    ObjectsInitializer objects = new ObjectsInitializer();
    objects.setInstancesForObject(0, security);
    objects.setInstancesForObject(1, new Server(123, told.get("lifetime").asLong(), EnumSet.of(BindingMode.U), false, BindingMode.U));
    objects.setInstancesForObject(3, new DeviceObject());
    objects.setInstancesForObject(5, new FirmwareObject());

    CaliforniumClientEndpointsProvider.Builder endpoints =
        new CaliforniumClientEndpointsProvider.Builder(new CoapClientProtocolProvider(), new CoapsClientProtocolProvider());
    Configuration configuration = endpoints.createDefaultConfiguration();
    // It takes a connection id, and gives none: what comes to it finds it by its address.
    configuration.set(DtlsConfig.DTLS_CONNECTION_ID_LENGTH, 0);
    endpoints.setConfiguration(configuration);

    DefaultRegistrationEngineFactory engine = new DefaultRegistrationEngineFactory();
    engine.setReconnectOnUpdate(false);
    engine.setResumeOnConnect(false);
    LeshanClientBuilder builder = new LeshanClientBuilder(told.get("endpoint").asText());
    builder.setObjects(objects.createAll()).setEndpointsProviders(endpoints.build()).setRegistrationEngineFactory(engine);
    LeshanClient client = builder.build();
    client.addObserver(new Observer());
    client.start();
    for (String word = input.readLine(); word != null; word = input.readLine()) {
      if (word.equals("update")) client.triggerRegistrationUpdate();
      if (word.equals("deregister")) client.stop(true);
    }
    System.exit(0);
  }

  private static synchronized void tell(Map<String, Object> what) {
    try {
      System.out.println(JSON.writeValueAsString(what));
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }

  private static class Observer extends LwM2mClientObserverAdapter {
    @Override
    public void onRegistrationSuccess(LwM2mServer server, RegisterRequest request, String id) {
      tell(Map.of("registered", id));
    }

    @Override
    public void onRegistrationFailure(LwM2mServer server, RegisterRequest request, ResponseCode code, String message, Exception cause) {
      tell(Map.of("refused", String.valueOf(code), "message", String.valueOf(message)));
    }

    @Override
    public void onRegistrationTimeout(LwM2mServer server, RegisterRequest request) {
      tell(Map.of("refused", "timeout"));
    }

    @Override
    public void onUpdateSuccess(LwM2mServer server, UpdateRequest request) {
      tell(Map.of("updated", true));
    }

    @Override
    public void onUpdateFailure(LwM2mServer server, UpdateRequest request, ResponseCode code, String message, Exception cause) {
      tell(Map.of("updated", false, "code", String.valueOf(code)));
    }

    @Override
    public void onDeregistrationSuccess(LwM2mServer server, org.eclipse.leshan.core.request.DeregisterRequest request) {
      tell(Map.of("deregistered", true));
    }
  }

  public static class DeviceObject extends BaseInstanceEnabler {
    private static final List<Integer> RESOURCES = Arrays.asList(0, 1, 3, 9, 16);

    @Override
    public ReadResponse read(LwM2mServer server, int resource) {
      return switch (resource) {
        case 0 -> ReadResponse.success(resource, "Eclipse");
        case 1 -> ReadResponse.success(resource, "Leshan");
        case 3 -> ReadResponse.success(resource, "1.0.0");
        case 9 -> ReadResponse.success(resource, 87);
        case 16 -> ReadResponse.success(resource, "U");
        default -> ReadResponse.notFound();
      };
    }

    @Override
    public List<Integer> getAvailableResourceIds(ObjectModel model) {
      return RESOURCES;
    }
  }

  /** Downloads by Californium what it is given; Execute brings it back to Idle with success. */
  public static class FirmwareObject extends BaseInstanceEnabler {
    private static final List<Integer> RESOURCES = Arrays.asList(0, 1, 2, 3, 5, 8, 9);
    private String uri = "";
    private int state = 0;
    private int result = 0;

    @Override
    public ReadResponse read(LwM2mServer server, int resource) {
      return switch (resource) {
        case 1 -> ReadResponse.success(resource, uri);
        case 3 -> ReadResponse.success(resource, state);
        case 5 -> ReadResponse.success(resource, result);
        case 8 -> ReadResponse.success(resource, Map.of(0, 0L), org.eclipse.leshan.core.model.ResourceModel.Type.INTEGER);
        case 9 -> ReadResponse.success(resource, 0);
        default -> ReadResponse.notFound();
      };
    }

    @Override
    public WriteResponse write(LwM2mServer server, boolean replace, int resource, LwM2mResource value) {
      if (resource != 1) return WriteResponse.notFound();
      uri = (String) value.getValue();
      tell(Map.of("uri", uri));
      if (uri.isEmpty()) to(0, 0);
      else {
        to(1, 0);
        new Thread(this::download).start();
      }
      return WriteResponse.success();
    }

    @Override
    public ExecuteResponse execute(LwM2mServer server, int resource, Arguments arguments) {
      if (resource != 2 || state != 2) return ExecuteResponse.methodNotAllowed();
      tell(Map.of("executed", true));
      to(0, 1);
      return ExecuteResponse.success();
    }

    @Override
    public List<Integer> getAvailableResourceIds(ObjectModel model) {
      return RESOURCES;
    }

    private void download() {
      Configuration configuration = Configuration.createStandardWithoutFile();
      configuration.set(CoapConfig.MAX_RESOURCE_BODY_SIZE, LARGEST_PACKAGE);
      configuration.set(CoapConfig.PREFERRED_BLOCK_SIZE, 1024);
      CoapEndpoint endpoint = CoapEndpoint.builder().setConfiguration(configuration).build();
      CoapClient client = new CoapClient(uri).setEndpoint(endpoint).setTimeout(60_000L);
      try {
        CoapResponse response = client.get();
        byte[] image = response == null ? new byte[0] : response.getPayload();
        String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(image));
        tell(Map.of("downloaded", image.length, "sha256", digest, "code", response == null ? "none" : response.getCode().text));
        to(2, 0);
      } catch (Exception error) {
        tell(Map.of("failed", String.valueOf(error)));
        to(0, 4);
      } finally {
        endpoint.destroy();
      }
    }

    private void to(int newState, int newResult) {
      state = newState;
      result = newResult;
      fireResourceChange(3);
      fireResourceChange(5);
    }
  }
}

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.leshan.client.resource.BaseInstanceEnabler;
import org.eclipse.leshan.client.servers.LwM2mServer;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.core.model.ResourceModel.Type;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.request.argument.Arguments;
import org.eclipse.leshan.core.response.ExecuteResponse;
import org.eclipse.leshan.core.response.ReadResponse;
import org.eclipse.leshan.core.response.WriteResponse;

/** Object 5, Firmware Update (LwM2M Core 1.1, appendix E.6): pulled or pushed, then installed by a restart. */
public class FirmwareObject extends BaseInstanceEnabler {
  private static final List<Integer> RESOURCES = List.of(0, 1, 2, 3, 5, 8, 9);
  private static final List<String> SCHEMES = List.of("coap", "coaps", "http", "https");
  private static final int UNSUPPORTED_PROTOCOL = 9;

  private final Device device;
  private final Firmware firmware;
  private final Telling telling;
  /** By the numbers of `/5/0/8`. */
  private final List<Integer> protocols;
  private final int delivery;
  private String uri = "";

  FirmwareObject(Device device, List<Integer> protocols, int delivery, Telling telling) {
    this.device = device;
    this.firmware = device.firmware;
    this.telling = telling;
    this.protocols = protocols;
    this.delivery = delivery;
    firmware.onChange(() -> fireResourcesChange(getResourcePaths(3, 5)));
  }

  @Override
  public ReadResponse read(LwM2mServer server, int resource) {
    return switch (resource) {
      case 1 -> ReadResponse.success(resource, uri);
      case 3 -> ReadResponse.success(resource, firmware.state());
      case 5 -> ReadResponse.success(resource, firmware.result());
      case 8 -> ReadResponse.success(resource, supported(), Type.INTEGER);
      case 9 -> ReadResponse.success(resource, delivery);
      default -> ReadResponse.notFound();
    };
  }

  @Override
  public WriteResponse write(LwM2mServer server, boolean replace, int resource, LwM2mResource value) {
    return switch (resource) {
      case 0 -> pushed((byte[]) value.getValue());
      case 1 -> told((String) value.getValue());
      default -> WriteResponse.notFound();
    };
  }

  @Override
  public ExecuteResponse execute(LwM2mServer server, int resource, Arguments arguments) {
    if (resource != 2 || firmware.state() != Firmware.DOWNLOADED) return ExecuteResponse.methodNotAllowed();
    telling.tell("executed", true);
    firmware.beginUpdate();
    device.restartAfterResponse();
    return ExecuteResponse.success();
  }

  @Override
  public List<Integer> getAvailableResourceIds(ObjectModel model) {
    return RESOURCES;
  }

  private Map<Integer, Long> supported() {
    Map<Integer, Long> instances = new LinkedHashMap<>();
    for (int protocol : protocols) instances.put(instances.size(), (long) protocol);
    return instances;
  }

  /** The client has put the blocks together; a single NUL byte resets. */
  private WriteResponse pushed(byte[] image) {
    if (image.length == 1 && image[0] == 0) return reset();
    if (firmware.state() != Firmware.IDLE) return WriteResponse.badRequest("not Idle");
    telling.tell("pushed", image.length);
    firmware.downloaded(firmware.beginDownload(), image);
    return WriteResponse.success();
  }

  private WriteResponse told(String given) {
    if (given.isEmpty()) return reset();
    if (firmware.state() != Firmware.IDLE) return WriteResponse.badRequest("not Idle");
    telling.tell("uri", given);
    if (!protocols.contains(SCHEMES.indexOf(URI.create(given).getScheme()))) {
      firmware.refuse(UNSUPPORTED_PROTOCOL);
      return WriteResponse.badRequest("no such scheme");
    }
    uri = given;
    device.download(given, firmware.beginDownload());
    return WriteResponse.success();
  }

  private WriteResponse reset() {
    telling.tell("reset", firmware.state());
    uri = "";
    firmware.reset();
    return WriteResponse.success();
  }
}

import java.util.List;
import org.eclipse.leshan.client.resource.BaseInstanceEnabler;
import org.eclipse.leshan.client.servers.LwM2mServer;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.core.response.ReadResponse;

/** Object 3: its firmware version is that of what it runs. */
public class DeviceObject extends BaseInstanceEnabler {
  private static final List<Integer> RESOURCES = List.of(0, 1, 3, 9, 16);
  private final Firmware firmware;

  DeviceObject(Firmware firmware) {
    this.firmware = firmware;
  }

  @Override
  public ReadResponse read(LwM2mServer server, int resource) {
    return switch (resource) {
      case 0 -> ReadResponse.success(resource, "Eclipse");
      case 1 -> ReadResponse.success(resource, "Leshan");
      case 3 -> ReadResponse.success(resource, firmware.version);
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

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HashMap;
import java.util.Map;

/**
 * Devices on Leshan's client, as it is, in one process.
 *
 * Reads a JSON object a line: `start`, the description of a device; or `device`, the endpoint name of one, and `say`, a word for it: update,
 * deregister, download, restart, stop. Writes a JSON object a line for each thing that a client told its device. Ends with its input.
 */
public class Devices {
  public static void main(String[] arguments) throws Exception {
    Map<String, Device> devices = new HashMap<>();
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      JsonNode said = Telling.JSON.readTree(line);
      if (said.has("start")) {
        Device device = new Device(said.get("start"));
        devices.put(device.endpoint, device);
        device.start();
      } else {
        devices.get(said.get("device").asText()).hear(said.get("say").asText());
      }
    }
    System.exit(0);
  }
}

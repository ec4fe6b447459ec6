import org.eclipse.leshan.client.observer.LwM2mClientObserverAdapter;
import org.eclipse.leshan.client.servers.LwM2mServer;
import org.eclipse.leshan.core.ResponseCode;
import org.eclipse.leshan.core.request.DeregisterRequest;
import org.eclipse.leshan.core.request.RegisterRequest;
import org.eclipse.leshan.core.request.UpdateRequest;

/** Tells what became of its client's registration. */
class Observer extends LwM2mClientObserverAdapter {
  private final Telling telling;

  Observer(Telling telling) {
    this.telling = telling;
  }

  @Override
  public void onRegistrationSuccess(LwM2mServer server, RegisterRequest request, String id) {
    telling.tell("registered", id);
  }

  @Override
  public void onRegistrationFailure(LwM2mServer server, RegisterRequest request, ResponseCode code, String message, Exception cause) {
    telling.tell("refused", String.valueOf(code), "message", String.valueOf(message));
  }

  @Override
  public void onRegistrationTimeout(LwM2mServer server, RegisterRequest request) {
    telling.tell("refused", "timeout");
  }

  @Override
  public void onUpdateSuccess(LwM2mServer server, UpdateRequest request) {
    telling.tell("updated", true);
  }

  @Override
  public void onUpdateFailure(LwM2mServer server, UpdateRequest request, ResponseCode code, String message, Exception cause) {
    telling.tell("updated", false, "code", String.valueOf(code));
  }

  @Override
  public void onDeregistrationSuccess(LwM2mServer server, DeregisterRequest request) {
    telling.tell("deregistered", true);
  }
}

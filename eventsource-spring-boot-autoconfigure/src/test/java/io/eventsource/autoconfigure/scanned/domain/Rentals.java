package io.eventsource.autoconfigure.scanned.domain;

import io.eventsource.projection.EventHandler;
import io.eventsource.projection.Projection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Component;

@Component
@Projection("rentals")
public class Rentals {

    public final List<String> customers = new CopyOnWriteArrayList<>();

    @EventHandler
    void on(Rented event) {
        customers.add(event.customer());
    }
}

package io.eventsource.sample.operation;

import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionStatus;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** What a projection is doing, and making its read model anew. */
@RestController
@RequestMapping("/projections/{name}")
final class ProjectionController {

    private final ObjectProvider<SubscriptionManager> subscriptions;

    ProjectionController(ObjectProvider<SubscriptionManager> subscriptions) {
        this.subscriptions = subscriptions;
    }

    record ProjectionView(SubscriptionStatus.State state, long position, long lag, int failures, boolean rebuilding) {}

    @GetMapping
    ProjectionView get(@PathVariable String name) {
        SubscriptionManager manager = managerOf(name);
        SubscriptionStatus status = manager.status(name).orElseThrow();
        return new ProjectionView(
                status.state(),
                status.position(),
                status.lag(),
                status.failures(),
                manager.rebuildProgress(name).isPresent());
    }

    /** Empties the read model and has all events handled again. Its dead letters are discarded: it comes by their events again. */
    @PostMapping("/rebuild")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void rebuild(@PathVariable String name) {
        managerOf(name).rebuild(name);
    }

    private SubscriptionManager managerOf(String name) {
        SubscriptionManager manager = subscriptions.getIfAvailable();
        if (manager == null || !manager.names().contains(name)) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no projection " + name + " here.");
        }
        return manager;
    }
}

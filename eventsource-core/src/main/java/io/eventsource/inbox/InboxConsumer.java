package io.eventsource.inbox;

import io.eventsource.EventSourceException;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.TransactionParticipation;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Handles messages so that each takes effect once in this service's database: the inbox's rows, what the handlers write and
 * what is set aside commit in one transaction, and the broker is told afterwards. What a crash leaves behind is delivered
 * again and recognised. Thread-safe as far as the handlers are; each lane of the broker is driven by one {@link InboxLane}.
 */
public final class InboxConsumer {

    private final EventHandlers handlers;
    private final MessageDecoder decoder;
    private final Inbox inbox;
    private final PoisonMessages poisonMessages;
    private final TransactionTemplate transaction;
    private final TransactionParticipation participation;
    private final InboxSettings settings;

    /**
     * Creates a consumer. Nothing is read or written yet.
     *
     * @param handlers what handles the events, under whose name the inbox remembers
     * @param codec this service's event classes; the handlers' types are looked up there
     * @param inbox what remembers messages, on the data source
     * @param poisonMessages decides which failing messages are set aside
     * @param dataSource where the inbox is
     * @param transactionManager begins the transactions, and must govern the data source
     * @param settings batches, pauses, retention
     */
    public InboxConsumer(
            EventHandlers handlers,
            EventCodec codec,
            Inbox inbox,
            PoisonMessages poisonMessages,
            DataSource dataSource,
            PlatformTransactionManager transactionManager,
            InboxSettings settings) {
        this.handlers = handlers;
        this.decoder = new MessageDecoder(codec.select(handlers.eventTypes()));
        this.inbox = inbox;
        this.poisonMessages = poisonMessages;
        this.transaction = new TransactionTemplate(transactionManager);
        this.participation = new TransactionParticipation(dataSource);
        this.settings = settings;
    }

    /**
     * The name that the inbox remembers under.
     *
     * @return the handlers' name
     */
    public String name() {
        return handlers.name();
    }

    /**
     * Batches, pauses, retention.
     *
     * @return the settings
     */
    public InboxSettings settings() {
        return settings;
    }

    /**
     * Begins to drive a lane.
     *
     * @param lane the name of a partition or stream
     * @return what handles its messages, used by one thread at a time
     */
    public InboxLane lane(String lane) {
        return new InboxLane(this, lane);
    }

    Instant now() {
        return inbox.now();
    }

    /**
     * Forgets what is older than the retention and acknowledged.
     *
     * @return how many messages were forgotten
     */
    int forget(String lane, Instant acknowledged) {
        return inbox.forget(name(), lane, acknowledged, settings.retention());
    }

    /**
     * Handles messages in one transaction; passes over those that are known, and those of no interest.
     *
     * @return how many took effect or were set aside
     */
    int handle(List<IncomingMessage> messages) {
        List<IncomingMessage> wanted =
                messages.stream().filter(decoder::concerns).toList();
        if (wanted.isEmpty()) {
            return 0;
        }
        Integer handled = transaction.execute(status -> {
            requireGoverned();
            List<IncomingMessage> fresh = inbox.record(name(), wanted);
            Set<String> parked = parkedKeys(fresh);
            for (IncomingMessage message : fresh) {
                if (parked.contains(message.key())) {
                    poisonMessages.park(name(), message, null);
                }
            }
            List<EventEnvelope<Object>> events = fresh.stream()
                    .filter(message -> !parked.contains(message.key()))
                    .flatMap(message -> decoder.decode(message).stream())
                    .toList();
            if (!events.isEmpty()) {
                handlers.handleAll(events);
            }
            return fresh.size();
        });
        return handled == null ? 0 : handled;
    }

    private Set<String> parkedKeys(List<IncomingMessage> messages) {
        return messages.isEmpty()
                ? Set.of()
                : poisonMessages.parkedKeys(
                        name(), messages.stream().map(IncomingMessage::key).collect(Collectors.toUnmodifiableSet()));
    }

    /** Sets a message aside if it is poison, in a transaction of its own; says whether it did. */
    boolean park(IncomingMessage message, Throwable failure, int attempts) {
        Boolean parked = transaction.execute(status -> {
            if (!poisonMessages.isPoison(name(), message, failure, attempts)) {
                return false;
            }
            for (IncomingMessage fresh : inbox.record(name(), List.of(message))) {
                poisonMessages.park(name(), fresh, failure);
            }
            return true;
        });
        return Boolean.TRUE.equals(parked);
    }

    private void requireGoverned() {
        if (!participation.active()) {
            throw new EventSourceException(
                    "The transaction manager %s of the consumer '%s' does not govern the data source of the inbox, so that a message and its effect could not commit together. Give it a transaction manager of that data source."
                            .formatted(transaction.getTransactionManager(), name()));
        }
    }
}

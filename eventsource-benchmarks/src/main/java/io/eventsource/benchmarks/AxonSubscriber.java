package io.eventsource.benchmarks;

import java.util.List;
import org.axonframework.eventhandling.tokenstore.jdbc.JdbcTokenStore;
import org.axonframework.eventhandling.tokenstore.jdbc.PostgresTokenTableFactory;
import org.axonframework.eventhandling.tokenstore.jdbc.TokenSchema;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/** Axon's tracking processors with one segment, its default, and its JDBC token store. */
final class AxonSubscriber implements Subscriber {

    /** What a processor handles in one transaction unless told otherwise. */
    private static final int DEFAULT_BATCH = 1;

    private final Database database;
    private final AxonContender contender;
    private final JdbcTokenStore tokens;
    private final int batch;

    private AxonSubscriber(Database database, AxonContender contender, JdbcTokenStore tokens, int batch) {
        this.database = database;
        this.contender = contender;
        this.tokens = tokens;
        this.batch = batch;
    }

    static AxonSubscriber in(Database database) {
        AxonContender contender = new AxonContender(database);
        JdbcTokenStore tokens = JdbcTokenStore.builder()
                .connectionProvider(contender.connections())
                .serializer(Jackson3Serializer.builder()
                        .jsonMapperBuilderCustomizer(AxonSubscriber::allowTokens)
                        .build())
                .build();
        tokens.createSchema(PostgresTokenTableFactory.INSTANCE);
        return new AxonSubscriber(database, contender, tokens, DEFAULT_BATCH);
    }

    /** With Jackson's own defaults its serializer refuses to read the token that a processor begins with. */
    private static void allowTokens(JsonMapper.Builder json) {
        json.polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder()
                .allowIfBaseType(Object.class)
                .build());
    }

    /** The same log and tokens, with larger batches. */
    AxonSubscriber inBatchesOf(int events) {
        return new AxonSubscriber(database, contender, tokens, events);
    }

    @Override
    public String name() {
        return batch == DEFAULT_BATCH ? "axon" : "axon (batch %,d)".formatted(batch);
    }

    @Override
    public Database database() {
        return database;
    }

    @Override
    public void reset(int events) {
        contender.reset(events);
        forget();
    }

    @Override
    public void forget() {
        database.jdbc().update("DELETE FROM " + new TokenSchema().tokenTable());
    }

    @Override
    public LiveLog start(List<? extends LineHandler> handlers) {
        return AxonLog.start(contender, tokens, batch, handlers);
    }
}

-- Whose order it is: only the first event of an order says so.
CREATE TABLE customers_of_orders (
    order_id    uuid PRIMARY KEY,
    customer_id text NOT NULL
);

CREATE TABLE notifications (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id      uuid        NOT NULL REFERENCES customers_of_orders,
    order_version bigint      NOT NULL,
    customer_id   text        NOT NULL,
    text          text        NOT NULL,
    happened_at   timestamptz NOT NULL
);

CREATE INDEX notifications_of_customer ON notifications (customer_id, id);

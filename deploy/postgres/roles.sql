-- Generated from the contracts (shared/runtime/src/permissions.rs); a test keeps it current.
-- One role and one database per service. Passwords are psql variables:
--   psql -v intake_password=… -v routing_password=… … -f roles.sql
\set ON_ERROR_STOP on
-- A failing statement must not put a password into the server's log.
set log_min_error_statement = panic;
set log_statement = 'none';
set log_min_duration_statement = -1;

-- intake
select 'create role redress_intake' where not exists (select from pg_roles where rolname = 'redress_intake') \gexec
alter role redress_intake with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
  password :'intake_password';
select 'create database redress_intake owner redress_intake encoding ''UTF8'' template template0'
  where not exists (select from pg_database where datname = 'redress_intake') \gexec
revoke all on database redress_intake from public;
grant connect, temporary on database redress_intake to redress_intake;

-- routing
select 'create role redress_routing' where not exists (select from pg_roles where rolname = 'redress_routing') \gexec
alter role redress_routing with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
  password :'routing_password';
select 'create database redress_routing owner redress_routing encoding ''UTF8'' template template0'
  where not exists (select from pg_database where datname = 'redress_routing') \gexec
revoke all on database redress_routing from public;
grant connect, temporary on database redress_routing to redress_routing;

-- investigation
select 'create role redress_investigation' where not exists (select from pg_roles where rolname = 'redress_investigation') \gexec
alter role redress_investigation with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
  password :'investigation_password';
select 'create database redress_investigation owner redress_investigation encoding ''UTF8'' template template0'
  where not exists (select from pg_database where datname = 'redress_investigation') \gexec
revoke all on database redress_investigation from public;
grant connect, temporary on database redress_investigation to redress_investigation;

-- approval
select 'create role redress_approval' where not exists (select from pg_roles where rolname = 'redress_approval') \gexec
alter role redress_approval with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
  password :'approval_password';
select 'create database redress_approval owner redress_approval encoding ''UTF8'' template template0'
  where not exists (select from pg_database where datname = 'redress_approval') \gexec
revoke all on database redress_approval from public;
grant connect, temporary on database redress_approval to redress_approval;

-- notification
select 'create role redress_notification' where not exists (select from pg_roles where rolname = 'redress_notification') \gexec
alter role redress_notification with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
  password :'notification_password';
select 'create database redress_notification owner redress_notification encoding ''UTF8'' template template0'
  where not exists (select from pg_database where datname = 'redress_notification') \gexec
revoke all on database redress_notification from public;
grant connect, temporary on database redress_notification to redress_notification;

-- analytics
select 'create role redress_analytics' where not exists (select from pg_roles where rolname = 'redress_analytics') \gexec
alter role redress_analytics with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
  password :'analytics_password';
select 'create database redress_analytics owner redress_analytics encoding ''UTF8'' template template0'
  where not exists (select from pg_database where datname = 'redress_analytics') \gexec
revoke all on database redress_analytics from public;
grant connect, temporary on database redress_analytics to redress_analytics;

-- gateway
select 'create role redress_gateway' where not exists (select from pg_roles where rolname = 'redress_gateway') \gexec
alter role redress_gateway with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
  password :'gateway_password';
select 'create database redress_gateway owner redress_gateway encoding ''UTF8'' template template0'
  where not exists (select from pg_database where datname = 'redress_gateway') \gexec
revoke all on database redress_gateway from public;
grant connect, temporary on database redress_gateway to redress_gateway;

-- nobody connects where nothing of theirs is
revoke all on database postgres from public;
revoke all on database template1 from public;

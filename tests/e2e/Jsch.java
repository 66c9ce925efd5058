/*
 * Jsch.java - logs in with JSch, as older IDEs and build tools in Java have it.
 *
 * usage: Jsch PORT USER PASSWORD COMMAND
 *
 * Prints what the command prints; ends with 255 and the reason when there is no
 * connection.
 */
import com.jcraft.jsch.ChannelExec;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;

public class Jsch {
	public static void main(String[] args) throws Exception {
		Session session = new JSch().getSession(args[1], "127.0.0.1",
		    Integer.parseInt(args[0]));

		session.setPassword(args[2]);
		session.setConfig("StrictHostKeyChecking", "no");
		try {
			session.connect(20000);
		} catch (JSchException e) {
			System.err.println("JSch " + JSch.VERSION + ": " + e.getMessage());
			System.exit(255);
		}
		ChannelExec channel = (ChannelExec) session.openChannel("exec");
		channel.setCommand(args[3]);
		channel.setInputStream(null);
		java.io.InputStream out = channel.getInputStream();
		channel.connect();
		for (int c = out.read(); c != -1; c = out.read())
			System.out.write(c);
		System.out.flush();
		session.disconnect();
	}
}
